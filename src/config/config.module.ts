import { ConfigModule } from '@nestjs/config';
import { validateEnvironment } from './environment.js';

/** env.ts has read the .env file; what is unset stays unset, and is not looked up past the validation. */
export const EnvironmentModule = ConfigModule.forRoot({
  isGlobal: true,
  validate: validateEnvironment,
  ignoreEnvFile: true,
  skipProcessEnv: true,
});
