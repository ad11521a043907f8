workerData * 7;
