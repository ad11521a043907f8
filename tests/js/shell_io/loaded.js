globalThis.loaded = []; load('deeper/nested.js'); loaded.push('loaded');
