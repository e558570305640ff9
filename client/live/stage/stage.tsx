import { useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../room/room-context.ts';
import { samePin, useRoomUi } from '../room/room-ui.ts';
import type { Pin } from '../room/room-ui.ts';
import { arrangeStage, cutStrip } from './arrange-stage.ts';
import { GridStage } from './grid-stage.tsx';
import { ScreenTile } from './screen-tile.tsx';
import classes from './stage.module.css';
import { Tile } from './tile.tsx';
import { useStage } from './use-stage.ts';

/** The people and what they show. A shared screen or a pinned tile takes the stage in either layout. */
export function Stage() {
  const { t } = useTranslation('live');
  const { layout, pin } = useRoomUi();
  const stage = useStage();
  const { main, strip } = arrangeStage(stage, pin);
  const large = layout === 'speaker' || main?.source === 'screen' || samePin(main, pin);
  return (
    <section className={classes.stage} aria-label={t('room.stage')} data-layout={layout}>
      {large ? <SpeakerStage main={main} strip={strip} /> : <GridStage people={stage.people} />}
    </section>
  );
}

/** One large tile, and a strip of others beside it. */
function SpeakerStage({ main, strip }: { main: Pin | null; strip: readonly Pin[] }) {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const { shown, hidden } = cutStrip(strip, me.id, phone ? 2 : 5);
  const alone = strip.length === 0 && main?.source !== 'screen' && (main === null || main.userId === me.id);
  return (
    <div className={classes.speaker}>
      <div className={classes.mainTile}>{main && <StageTile key={keyOf(main)} tile={main} large />}</div>
      {alone && <p className={classes.alone}>{t('tile.alone')}</p>}
      {shown.length > 0 && (
        <ul className={classes.strip} aria-label={t('stage.strip')}>
          {shown.map((one) => (
            <li key={keyOf(one)} className={classes.stripTile}>
              <StageTile tile={one} />
            </li>
          ))}
          {hidden > 0 && <li className={classes.hidden}>{t('stage.others', { count: hidden })}</li>}
        </ul>
      )}
    </div>
  );
}

const keyOf = ({ userId, source }: Pin): string => `${source} ${userId}`;

function StageTile({ tile, large = false }: { tile: Pin; large?: boolean }) {
  return tile.source === 'screen' ? (
    <ScreenTile userId={tile.userId} />
  ) : (
    <Tile userId={tile.userId} large={large} />
  );
}
