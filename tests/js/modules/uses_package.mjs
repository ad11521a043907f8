export { default } from 'exporter'; export * as part from 'exporter/parts/own';
