import QRCode from 'qrcode';

/** The quiet zone that readers need around it, in modules. */
const margin = 4;

/** A QR code as one path: sharp at any size, black on white in both colour schemes. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  let path = '';
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) if (modules.get(y, x)) path += `M${x + margin} ${y + margin}h1v1h-1z`;
  const side = size + 2 * margin;
  return (
    <svg
      viewBox={`0 0 ${side} ${side}`}
      width={220}
      height={220}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" rx={2} />
      <path d={path} fill="#000" />
    </svg>
  );
}
