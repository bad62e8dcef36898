import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What a server gets wrong: bodies that it changes before they are looked at, or answers of its own. */
export interface Wrong {
  /** What the server makes of a body. */
  readonly body?: (text: string, request: number) => string;
  /** Its answer to a body in place of the right one; null: the right one. */
  readonly answer?: (text: string) => { readonly status: number; readonly body: string } | null;
  /** What it makes of the right answer. */
  readonly told?: (text: string) => string;
}

/** A server that is right but for one thing: it stands before one that is right in all. */
export class WrongServer {
  private requests = 0;
  private readonly server: Server;

  private constructor(
    private readonly right: string,
    private readonly wrong: Wrong,
  ) {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => response.destroy());
    });
  }

  static async start(right: string, wrong: Wrong): Promise<WrongServer> {
    const server = new WrongServer(right, wrong);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const answer = this.wrong.answer?.(text) ?? null;
    if (answer !== null) {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      return;
    }
    const { authorization, 'content-type': type } = request.headers;
    const passed = await fetch(`${this.right}${request.url ?? ''}`, {
      method: 'POST',
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      body: this.wrong.body?.(text, this.requests) ?? text,
    });
    const told = await passed.text();
    response.writeHead(passed.status, {
      'content-type': passed.headers.get('content-type') ?? 'text/plain',
    });
    response.end(this.wrong.told?.(told) ?? told);
  }
}
