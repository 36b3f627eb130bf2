/** Starts the console. */
import { FluentProvider, webLightTheme } from '@fluentui/react-components';
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id root.');
createRoot(root).render(<FluentProvider theme={webLightTheme}>Customer leads</FluentProvider>);
