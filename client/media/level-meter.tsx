import { useEffect, useRef } from 'react';
import { Box } from '@mantine/core';

/** Loudness of a block of samples as a share of what ordinary speech reaches, 0 to 1. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  const decibels = 10 * Math.log10(power + 1e-10);
  return Math.min(1, Math.max(0, (decibels + 60) / 45));
}

/** A bar that moves with the voice. Drawn past React: sixty times a second is not a matter of state. */
export function LevelMeter({ track, label }: { track: MediaStreamTrack | null; label: string }) {
  const bar = useRef<HTMLDivElement>(null);
  const meter = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!track) return undefined;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let frame = 0;
    let shown = 0;
    const draw = (): void => {
      analyser.getFloatTimeDomainData(samples);
      // Up at once, down slowly: a flickering bar says nothing.
      shown = Math.max(loudness(samples), shown * 0.92);
      if (bar.current) bar.current.style.transform = `scaleX(${shown.toFixed(3)})`;
      meter.current?.setAttribute('aria-valuenow', String(Math.round(shown * 100)));
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => {
      cancelAnimationFrame(frame);
      void context.close();
    };
  }, [track]);

  return (
    <Box
      ref={meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      h={8}
      bg="var(--mantine-color-default-border)"
      style={{ borderRadius: 4, overflow: 'hidden' }}
    >
      <Box
        ref={bar}
        h="100%"
        bg="teal"
        style={{ transform: 'scaleX(0)', transformOrigin: 'left', transition: 'transform 60ms linear' }}
      />
    </Box>
  );
}
