globalThis.order?.push('module');
