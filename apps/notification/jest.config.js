export default { displayName: 'notification', preset: '../../jest.preset.js' };
