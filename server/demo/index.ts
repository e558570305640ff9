export { setDemoPasswords } from './accounts.ts';
export { refreshDemoClasses } from './classes.ts';
export type { CreateNote, DemoClassesDeps } from './classes.ts';
export { loadDemo } from './load.ts';
export type { LoadDemoDeps } from './load.ts';
