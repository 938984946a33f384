import { Command } from 'commander';
import { readVersion } from './base/installation.js';
import { addAuditCommand } from './commands/audit.js';
import { addClientCommand } from './commands/client.js';
import { addConfigCommand } from './commands/config.js';
import { addEraseCommand } from './commands/erase.js';
import { addEvaluateCommand } from './commands/evaluate/evaluate.js';
import { addExplainCommand } from './commands/explain.js';
import { addKeysCommand } from './commands/keys.js';
import { addMasterKeyCommand } from './commands/master-key.js';
import { addModelsCommand } from './commands/models.js';
import { addOpenApiCommand } from './commands/openapi.js';
import { addPersonsCommand } from './commands/persons.js';
import { addPolicyCommand } from './commands/policy.js';
import { addScansCommand } from './commands/scans.js';
import { addServeCommand } from './commands/serve.js';
import { addUserCommand } from './commands/user.js';

const program = new Command('triface')
  .description('Self-hosted face liveness and recognition behind three vendor contracts')
  .version(readVersion());
addServeCommand(program);
addUserCommand(program);
addScansCommand(program);
addClientCommand(program);
addKeysCommand(program);
addMasterKeyCommand(program);
addEraseCommand(program);
addAuditCommand(program);
addPersonsCommand(program);
addModelsCommand(program);
addPolicyCommand(program);
addExplainCommand(program);
addEvaluateCommand(program);
addConfigCommand(program);
addOpenApiCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  // Errors that name themselves are for the operator: the message says what to do. Others are faults of ours and show where they rose.
  const isOurs = error instanceof Error && error.name !== 'Error' && error.name !== 'TypeError';
  console.error(`triface: ${isOurs ? error.message : error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = 1;
}
