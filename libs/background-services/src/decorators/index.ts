export * from './continuous.decorator.js';
export * from './leader-elected.decorator.js';
