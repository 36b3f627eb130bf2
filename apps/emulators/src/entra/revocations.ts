/** Which access tokens Entra has taken back before their time: all that an application was given up to then. */
export class Revocations {
  private readonly count = new Map<string, number>();

  /** Voids what the directory has given to the application, or to all of them where none is named. */
  add(tenantId: string, clientId?: string): void {
    const name = `${tenantId}/${clientId ?? ''}`;
    this.count.set(name, (this.count.get(name) ?? 0) + 1);
  }

  /** How many have concerned the application; a token that was issued after fewer of them is void. */
  of(tenantId: string, clientId: string): number {
    return (this.count.get(`${tenantId}/`) ?? 0) + (this.count.get(`${tenantId}/${clientId}`) ?? 0);
  }
}
