loaded.push('nested');
