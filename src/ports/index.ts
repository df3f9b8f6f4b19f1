export type * from './announcements.js';
export type * from './catalog.js';
export type * from './gateway.js';
export type * from './log.js';
export type * from './scheduler-feed.js';
export type * from './scheduler.js';
export type * from './secrets.js';
export type * from './store.js';
