import { Injectable } from '@nestjs/common';

/** The time of people's acts. Everything that happened in a feed has its own time. */
@Injectable()
export class Clock {
  nowMs(): number {
    return Date.now();
  }
}
