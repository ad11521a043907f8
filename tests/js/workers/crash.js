%AbortJS("in a worker");
