export default { displayName: 'ingest-gateway', preset: '../../jest.preset.js' };
