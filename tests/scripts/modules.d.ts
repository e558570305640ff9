// The bootstrap is plain JavaScript, because it runs before TypeScript can.
declare module '*.mjs';
