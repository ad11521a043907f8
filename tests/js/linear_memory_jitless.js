// flags: --v8-flags --jitless
// Without WebAssembly there is no LinearMemory, and the shell works as ever.
if (typeof WebAssembly !== 'undefined') throw new Error('--jitless leaves WebAssembly');
let error;
try {
  new LinearMemory();
} catch (thrown) {
  error = thrown;
}
if (!(error instanceof TypeError) || error.code !== 'ERR_NOT_SUPPORTED') throw new Error(`got ${error}`);
if (!/--jitless/.test(error.message)) throw new Error(error.message);
