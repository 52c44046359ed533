import { type Account } from './account.js';

/** The accounts of a fresh database. */
export const DEMO_ACCOUNTS: readonly Account[] = [
  {
    id: 'demo',
    name: 'Demo portfolio',
    cash: 10_000,
    positions: [
      { symbol: 'AAPL', quantity: 120 },
      { symbol: 'MSFT', quantity: 200 },
      { symbol: 'GOOG', quantity: 25 },
    ],
  },
  {
    id: 'growth',
    name: 'Growth fund',
    cash: 2_500,
    positions: [
      { symbol: 'AMZN', quantity: 150 },
      { symbol: 'GOOG', quantity: 40 },
      { symbol: 'AAPL', quantity: 300 },
    ],
  },
  {
    id: 'pension',
    name: 'Pension plan',
    cash: 50_000,
    positions: [
      { symbol: 'SPX', quantity: 80 },
      { symbol: 'IBM', quantity: 500 },
    ],
  },
];
