import { connect } from 'node:net';

/** Speaks SMTP by hand, one command after each answer; gives the answers, rejects with the first refusal. */
export function sendMail(port: number, to: readonly string[], lines: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const commands = [
      'EHLO test',
      'MAIL FROM:<leads@publisher.example>',
      ...to.map((address) => `RCPT TO:<${address}>`),
      'DATA',
      `${lines.join('\r\n')}\r\n.`,
      'QUIT',
    ];
    const answers: string[] = [];
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('close', () => resolve(answers));
    socket.on('data', (data) => {
      const answer = data.toString();
      answers.push(answer);
      if (/^[45]/.test(answer)) reject(new Error(answer));
      const command = commands.shift();
      if (command) socket.write(`${command}\r\n`);
    });
  });
}
