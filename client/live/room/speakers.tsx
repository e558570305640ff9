import { useSyncExternalStore } from 'react';
import { AudioSink } from '../../media/audio-sink.tsx';
import { useRoom } from './room-context.ts';
import classes from './room.module.css';

/** The sound of the class, through the chosen speaker. Seen only where the browser wants a click first. */
export function Speakers() {
  const { media, devices } = useRoom();
  const { speakerId } = useSyncExternalStore(devices.subscribe, devices.get);
  return (
    <div className={classes.sound}>
      <AudioSink engine={media} speakerId={speakerId} />
    </div>
  );
}
