export default { displayName: 'portal-web', preset: '../../jest.preset.js' };
