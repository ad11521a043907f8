await new Promise((resolve) => setTimeout(resolve, 1)); export const late = true;
