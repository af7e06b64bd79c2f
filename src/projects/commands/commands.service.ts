import { Inject, Injectable } from '@nestjs/common';
import { AccountsService } from '../../accounts/accounts.service';
import type { PersonCaller } from '../../auth/caller';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { commandSteps, type CommandClient, type CommandStep } from './commands';
import { includesRole, ProjectRoles } from '../project-roles';
import { ProjectsService } from '../projects.service';

@Injectable()
export class CommandsService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly roles: ProjectRoles,
    private readonly accounts: AccountsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What a person pastes to use a project; lines that push only for whom Harbor lets push. For his own project
   * Harbor is not asked.
   * @throws DomainError not-found `project.not-found` (absent, or not his to see); outages of Harbor
   */
  async list(caller: PersonCaller, projectName: string, client: CommandClient): Promise<CommandStep[]> {
    const { address } = this.config.registry;
    const mayPush = await this.mayPush(caller, projectName);
    const username = await this.accounts.harborUsernameOf(caller);
    return commandSteps(client, { address, project: projectName, username, mayPush });
  }

  private async mayPush(caller: PersonCaller, projectName: string): Promise<boolean> {
    const own = await this.projects.findPersonal(caller.personId);
    if (own?.name === projectName) return true;
    const { role } = await this.roles.see(caller, projectName);
    return includesRole(role, 'developer');
  }
}
