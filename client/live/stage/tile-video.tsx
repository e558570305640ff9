import { IconVideoOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
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
  const { t } = useTranslation('live');
  const { media } = useRoom();
  const stream = useMedia(({ streams }) =>
    streams.find((one) => one.userId === userId && one.source === source),
  );
  if (!stream || stream.paused) return null;
  return (
    <div className={classes.video} data-testid="tile-video" data-withheld={stream.withheld || undefined}>
      <VideoTile stream={stream} engine={media} />
      {stream.withheld && (
        <span className={classes.withheld}>
          <IconVideoOff size={15} aria-hidden />
          <span>{t('tile.withheld')}</span>
        </span>
      )}
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
