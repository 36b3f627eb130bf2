export * from './delivery-schema.ts';
export * from './running-instance.ts';
export * from './running-lane.ts';
export * from './test-destination.ts';
export { FollowConnections } from '../follow-connections.ts';
export { openBreaker } from '../lanes/breaker.ts';
export { countLeads } from '../metrics.ts';
