const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an element or in a quoted attribute of HTML. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);

const address = /https?:\/\/[^\s<>"']+/g;
const onlyAddress = /^https?:\/\/[^\s<>"']+$/;

/** Escaped text in which web addresses are links. */
export function linked(text: string): string {
  let html = '';
  let done = 0;
  for (const match of text.matchAll(address)) {
    // The full stop behind an address belongs to the sentence.
    const url = match[0].replace(/[.,;:!?)]+$/, '');
    html += `${escapeHtml(text.slice(done, match.index))}<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
    done = match.index + url.length;
  }
  return html + escapeHtml(text.slice(done));
}

const button =
  'display:inline-block;padding:12px 24px;border-radius:8px;background:#1b6550;color:#ffffff;text-decoration:none;font-weight:600';

/** The HTML form of a mail: paragraphs are separated by empty lines, an address that stands alone becomes a button. */
export function htmlOf(subject: string, text: string): string {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => {
    const line = paragraph.trim();
    if (onlyAddress.test(line)) {
      const url = escapeHtml(line);
      return `<p style="margin:24px 0"><a href="${url}" style="${button}">${escapeHtml(subject)}</a></p><p style="font-size:13px;color:#5c5f66;word-break:break-all">${url}</p>`;
    }
    return `<p>${linked(line).replaceAll('\n', '<br>')}</p>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="margin:0;padding:24px;background:#f6f7f9"><div style="max-width:560px;margin:0 auto;padding:24px 32px;background:#ffffff;border-radius:12px;font:16px/1.5 system-ui,sans-serif;color:#1f2328">${paragraphs.join('')}</div></body></html>`;
}
