throw new Error('from a loaded script');
