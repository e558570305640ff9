import { useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../room/room-context.ts';
import { useRoomUi } from '../room/room-ui.ts';
import { GridStage } from './grid-stage.tsx';
import { ScreenTile } from './screen-tile.tsx';
import classes from './stage.module.css';
import { Tile } from './tile.tsx';
import { useStage } from './use-stage.ts';
import type { StageState } from './use-stage.ts';

/** The people and what they show. A shared screen takes the stage in either layout. */
export function Stage() {
  const { t } = useTranslation('live');
  const { layout } = useRoomUi();
  const stage = useStage();
  return (
    <section className={classes.stage} aria-label={t('room.stage')} data-layout={layout}>
      {layout === 'grid' && stage.screens.length === 0 ? (
        <GridStage people={stage.people} />
      ) : (
        <SpeakerStage stage={stage} />
      )}
    </section>
  );
}

/** One large tile, and a strip of others beside it. */
function SpeakerStage({ stage }: { stage: StageState }) {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const screen = stage.screens[0] ?? null;
  const others = stage.people.filter((one) => screen !== null || one.userId !== stage.main);
  // Oneself always has a place: who is on camera wants to see what the others see.
  const self = others.filter((one) => one.userId === me.id);
  const strip = [...others.filter((one) => one.userId !== me.id).slice(0, phone ? 2 : 5), ...self];
  const hidden = others.length - strip.length;
  const alone = stage.people.length <= 1 && screen === null;
  return (
    <div className={classes.speaker}>
      <div className={classes.mainTile}>
        {screen !== null ? (
          <ScreenTile userId={screen} />
        ) : (
          stage.main && <Tile key={stage.main} userId={stage.main} large />
        )}
      </div>
      {alone && <p className={classes.alone}>{t('tile.alone')}</p>}
      {strip.length > 0 && (
        <ul className={classes.strip} aria-label={t('stage.strip')}>
          {strip.map((one) => (
            <li key={one.userId} className={classes.stripTile}>
              <Tile userId={one.userId} />
            </li>
          ))}
          {hidden > 0 && <li className={classes.hidden}>{t('stage.others', { count: hidden })}</li>}
        </ul>
      )}
    </div>
  );
}
