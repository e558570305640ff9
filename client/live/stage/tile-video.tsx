import { VideoTile } from '../../media/video-tile.tsx';
import { useMedia, useRoom } from '../room/room-context.ts';
import classes from './stage.module.css';

interface TileVideoProps {
  userId: string;
  source: 'camera' | 'screen';
  mine: boolean;
}

/** The moving picture of a tile, where there is one. */
export function TileVideo({ userId, source, mine }: TileVideoProps) {
  return mine ? <OwnVideo /> : <RemoteVideo userId={userId} source={source} />;
}

function RemoteVideo({ userId, source }: { userId: string; source: 'camera' | 'screen' }) {
  const { media } = useRoom();
  const stream = useMedia(({ streams }) =>
    streams.find((one) => one.userId === userId && one.source === source),
  );
  if (!stream || stream.paused) return null;
  return (
    <div className={classes.video} data-testid="tile-video">
      <VideoTile stream={stream} engine={media} />
    </div>
  );
}

/** One's own camera as in a mirror, straight from the device: it costs no network. */
function OwnVideo() {
  const { media } = useRoom();
  const track = useMedia(({ own }) => (own.camera.on ? own.camera.track : null));
  if (!track) return null;
  return (
    <div className={classes.video} data-testid="tile-video">
      <VideoTile track={track} engine={media} mirrored />
    </div>
  );
}
