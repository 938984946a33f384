import { t } from 'tap';
import { runClient } from './run-client.js';

t.test('Perl: LWP::UserAgent', (t) =>
  runClient(t, {
    packages: 'perl',
    needs: ['perl', '/usr/share/perl5/LWP/UserAgent.pm'],
    commands: (programs) => [['perl', `${programs}/perl/client.pl`]],
    libraries: { LWP: [] },
    isStrict: false,
  }),
);
