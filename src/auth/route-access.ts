import { Injectable, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ACCESS, type Access } from './roles.decorator';

/** Keeps Berth from starting while a route does not say whom it is open to. */
@Injectable()
export class RouteAccess implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const open = this.routesWithoutAccess();
    if (open.length > 0) throw new Error(`routes without @Allow or @Public: ${open.join(', ')}`);
  }

  private routesWithoutAccess(): string[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => this.isOpen(metatype, prototype[name]))
        .map((name) => `${metatype.name}.${name}`);
    });
  }

  private isOpen(controller: NewableFunction, method: unknown): boolean {
    if (typeof method !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, method)) return false;
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [method, controller]) === undefined;
  }
}
