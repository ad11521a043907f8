// Timers print to standard output in Node's words; how long they took is not compared.
'use strict';

console.time();
console.time('named');
console.timeLog('named', 'data', { a: 1 }, '%s');
console.timeEnd('named');
console.timeEnd();
console.timeEnd();
