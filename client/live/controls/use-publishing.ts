import { mayPublish, noPersonalLocks } from '../../../shared/live/model.ts';
import { useMedia, useParticipant, useRoom, useSnapshot } from '../room/room-context.ts';

export interface Publishing {
  state: 'on' | 'off' | 'locked' | 'pending';
  /** Why nothing can be sent: a lock, nobody who leads the class, no media on the server, no devices on this page. */
  obstacle: 'locked' | 'guarded' | 'unavailable' | 'noDevices' | null;
  /** Key below `errors` of the media texts. */
  error: string | null;
}

/** How one of my sources stands, for its button. */
export function usePublishing(source: 'microphone' | 'camera' | 'screen'): Publishing {
  const { me } = useRoom();
  const own = useMedia((media) => media.own[source]);
  const role = useSnapshot((snapshot) => snapshot.me.role);
  const locks = useSnapshot((snapshot) => snapshot.locks);
  const floor = useSnapshot((snapshot) => snapshot.floorUserId === me.id);
  const mediaState = useSnapshot((snapshot) => snapshot.media.state);
  const personal = useParticipant(me.id)?.locks ?? noPersonalLocks;
  const allowed = mayPublish({ role, locks, personal, floor, source });

  let obstacle: Publishing['obstacle'] = null;
  if (!window.isSecureContext) obstacle = 'noDevices';
  else if (mediaState !== 'ready') obstacle = 'unavailable';
  else if (!allowed) obstacle = locks.automatic ? 'guarded' : 'locked';

  if (obstacle) return { state: 'locked', obstacle, error: own.error };
  if (own.pending) return { state: 'pending', obstacle, error: own.error };
  return { state: own.on && !own.locked ? 'on' : 'off', obstacle, error: own.error };
}
