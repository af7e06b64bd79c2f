import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { AccountLeases } from './account-lease';
import { Account } from './account.entity';

/** How far a person's account has come, for those who compare Harbor with it. */
export interface AccountStanding {
  harborUsername: string;
  /** Null while Berth has not seen that it made the user. */
  harborUserId: number | null;
  /** Everything was seen in place once. */
  isReady: boolean;
}

@Injectable()
export class AccountStandings {
  constructor(
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    private readonly leases: AccountLeases,
  ) {}

  /** By the person's id; those who have no account are left out. */
  async find(personIds: readonly string[]): Promise<Map<string, AccountStanding>> {
    if (personIds.length === 0) return new Map();
    const found = await this.accounts.findBy({ personId: In([...new Set(personIds)]) });
    return new Map(
      found.map(({ personId, harborUsername, harborUserId, readyAt }) => [
        personId,
        { harborUsername, harborUserId, isReady: readyAt !== null },
      ]),
    );
  }

  /** Does a request work on this person's account now? */
  async isBusy(personId: string): Promise<boolean> {
    const account = await this.accounts.findOneBy({ personId });
    return account !== null && this.leases.isTaken(account.id);
  }
}
