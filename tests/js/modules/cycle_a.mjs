import { b } from './cycle_b.mjs';
export const name = 'a';
export function a() { return 'a' + b(); }
