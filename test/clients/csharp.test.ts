import { t } from 'tap';
import { runClient } from './run-client.js';

const newtonsoft = '/usr/lib/mono/gac/Newtonsoft.Json/6.0.0.0__b9a188c8922137c6/Newtonsoft.Json.dll';

t.test('.NET (Mono): HttpClient; strict models of Newtonsoft.Json', (t) =>
  runClient(t, {
    packages: 'csharp',
    needs: ['mcs', 'mono', newtonsoft, '/usr/lib/mono/4.5/System.Net.Http.dll'],
    commands: (programs, folder) => {
      const sources = ['Client', 'Models'].map((name) => `${programs}/csharp/${name}.cs`);
      const references = [`-r:${newtonsoft}`, '-r:System.Net.Http.dll'];
      return [
        ['mcs', '-nowarn:0649', ...references, `-out:${folder}/client.exe`, ...sources],
        ['mono', `${folder}/client.exe`],
      ];
    },
    libraries: { HttpClient: [] },
    isStrict: true,
  }),
);
