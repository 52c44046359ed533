export * from './background-testing-kit.js';
export * from './test-clock.js';
export * from './test-lease-store.js';
export * from './test-iteration.js';
export {
  type ContractCase,
  leaseStoreContract,
  type LeaseStoreContract,
  type StoreUnderTest,
} from './lease-store-contract/index.js';
