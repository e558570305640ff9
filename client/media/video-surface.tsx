import { useEffect, useRef } from 'react';
import type { CSSProperties } from 'react';

export interface VideoSurfaceProps {
  track: MediaStreamTrack | null;
  label?: string;
  mirrored?: boolean;
  fit?: 'cover' | 'contain';
}

/** A video element that shows one track. Always without sound: that is the audio sink's. */
export function VideoSurface({ track, label, mirrored = false, fit = 'cover' }: VideoSurfaceProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = track ? new MediaStream([track]) : null;
    // Refused only where even silent video needs a gesture; it then starts with the next one.
    if (track) element.play().catch(() => undefined);
  }, [track]);
  const style: CSSProperties = {
    display: 'block',
    width: '100%',
    height: '100%',
    objectFit: fit,
    transform: mirrored ? 'scaleX(-1)' : undefined,
  };
  return (
    <video
      ref={video}
      autoPlay
      muted
      playsInline

      aria-label={label}
      style={style}
    />
  );
}
