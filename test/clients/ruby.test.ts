import { t } from 'tap';
import { openIdOperations } from './openid-operations.js';
import { runClient } from './run-client.js';

t.test('Ruby: Net::HTTP, rest-client, Faraday', (t) =>
  runClient(t, {
    packages: 'ruby',
    needs: ['ruby', '/usr/share/doc/ruby-rest-client', '/usr/share/doc/ruby-faraday'],
    commands: (programs) => [['ruby', '-W0', `${programs}/ruby/client.rb`]],
    libraries: { 'Net::HTTP': [], 'rest-client': [], Faraday: ['A bytes without a filename'] },
    isStrict: false,
  }),
);

t.test('Ruby: oauth2, jwt', (t) =>
  runClient(t, {
    packages: 'ruby-openid',
    needs: ['ruby', '/usr/share/doc/ruby-oauth2', '/usr/share/doc/ruby-rest-client'],
    commands: (programs) => [['ruby', '-W0', `${programs}/ruby/openid.rb`]],
    operations: openIdOperations,
    libraries: { oauth2: ['OpenID discovery', 'OpenID introspection', 'OpenID revocation'] },
    isStrict: false,
  }),
);
