/** What Contoso's owner enters for the organisation and application that the emulators begin with. */
export const contoso = {
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  applicationId: '23456052-aaaa-4bbb-8662-1234df56788f',
  directoryId: '12345678-8af1-4a5f-8234-12234d01db47',
  clientSecret: 'emulated-client-secret-for-local-runs-only',
  contactEmails: 'sales@contoso.example;marketing@contoso.example',
};
