import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { Project } from './project.entity';
import { ProjectsService } from './projects.service';

@Module({
  imports: [TypeOrmModule.forFeature([Project]), HarborModule],
  providers: [ProjectsService],
  exports: [ProjectsService],
})
export class ProjectsModule {}
