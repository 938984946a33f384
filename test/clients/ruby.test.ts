import { t } from 'tap';
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
