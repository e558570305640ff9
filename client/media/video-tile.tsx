import { useEffect, useRef } from 'react';
import { Box } from '@mantine/core';
import type { MediaEngine, RemoteStream } from './media-engine.ts';
import { VideoSurface } from './video-surface.tsx';

export interface VideoTileProps {
  engine: MediaEngine;
  /** Somebody else's video: received only while the tile is on screen, in the size of the tile. */
  stream?: RemoteStream;
  /** One's own video, shown as it is. */
  track?: MediaStreamTrack | null;
  /** People know themselves from mirrors; others are shown as they are. */
  mirrored?: boolean;
  /** `cover` fills the tile, `contain` shows all of it, as a shared screen needs. By default by the source. */
  fit?: 'cover' | 'contain';
  label?: string;
}

/** One video, as large as its parent. Tells the engine whether and how large it is seen. */
export function VideoTile({ engine, stream, track, mirrored, fit, label }: VideoTileProps) {
  const box = useRef<HTMLDivElement>(null);
  useVisibility(engine, stream?.producerId, box);
  const shown = stream ? stream.track : (track ?? null);
  return (
    <Box
      ref={box}
      w="100%"
      h="100%"
      style={{ overflow: 'hidden', position: 'relative' }}
      data-producer-id={stream?.producerId}
    >
      <VideoSurface
        track={shown}
        mirrored={mirrored}
        fit={fit ?? (stream?.source === 'screen' ? 'contain' : 'cover')}
        label={label}
      />
    </Box>
  );
}

/**
 * Tiles by stream: the same video may be on the stage and in the strip at once, and is off screen only when both are.
 * The largest decides the layer.
 */
const tiles = new WeakMap<MediaEngine, Map<string, Map<object, { width: number; height: number }>>>();

function report(
  engine: MediaEngine,
  producerId: string,
  tile: object,
  size: { width: number; height: number } | null,
): void {
  const streams = tiles.get(engine) ?? new Map<string, Map<object, { width: number; height: number }>>();
  tiles.set(engine, streams);
  const seen = streams.get(producerId) ?? new Map<object, { width: number; height: number }>();
  if (size) seen.set(tile, size);
  else seen.delete(tile);
  if (seen.size > 0) streams.set(producerId, seen);
  else streams.delete(producerId);
  const sizes = [...seen.values()];
  engine.setView(producerId, {
    visible: sizes.length > 0,
    width: Math.max(0, ...sizes.map(({ width }) => width)),
    height: Math.max(0, ...sizes.map(({ height }) => height)),
  });
}

function useVisibility(
  engine: MediaEngine,
  producerId: string | undefined,
  box: { current: HTMLElement | null },
): void {
  useEffect(() => {
    const element = box.current;
    if (!element || producerId === undefined) return undefined;
    const tile = {};
    let inView = false;
    const tell = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      const visible = inView && width > 0 && height > 0 && document.visibilityState === 'visible';
      report(engine, producerId, tile, visible ? { width, height } : null);
    };
    // A little before it comes into view, so that scrolling meets pictures and not grey boxes.
    const intersection = new IntersectionObserver(
      (entries) => {
        inView = entries.some(({ isIntersecting }) => isIntersecting);
        tell();
      },
      { rootMargin: '100px' },
    );
    const resize = new ResizeObserver(tell);
    intersection.observe(element);
    resize.observe(element);
    document.addEventListener('visibilitychange', tell);
    return () => {
      intersection.disconnect();
      resize.disconnect();
      document.removeEventListener('visibilitychange', tell);
      report(engine, producerId, tile, null);
    };
  }, [engine, producerId, box]);
}
