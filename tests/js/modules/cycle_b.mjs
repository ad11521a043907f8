import { name } from './cycle_a.mjs';
export function b() { return 'b' + name; }
