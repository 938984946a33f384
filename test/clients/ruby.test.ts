import { t } from 'tap';
import { runClient } from './run-client.js';

t.test('Ruby: Net::HTTP, rest-client, Faraday', (t) =>
  runClient(t, {
    packages: 'ruby',
    needs: ['ruby', '/usr/share/rubygems-integration/all/specifications/faraday-1.1.0.gemspec'],
    commands: (programs) => [['ruby', '-W0', `${programs}/ruby/client.rb`]],
    libraries: { 'Net::HTTP': [], 'rest-client': [], Faraday: ['A bytes without a filename'] },
    isStrict: false,
  }),
);
