// args: 60
// Isolates that hit a limit each leave nothing behind.

load('../../bench/js/limit_runs.js');
