// Holds a part of the page: an error while it draws stays in it, is told in words, and does not end the page.

import { Component, type ComponentChildren } from "preact";

interface GuardProps {
  readonly children: ComponentChildren;
}

export class Guard extends Component<GuardProps, { readonly problem: string | null }> {
  override state: { readonly problem: string | null } = { problem: null };

  override componentDidCatch(thrown: unknown): void {
    console.error(thrown);
    this.setState({ problem: thrown instanceof Error ? thrown.message : String(thrown) });
  }

  override render(): ComponentChildren {
    const { problem } = this.state;
    if (problem === null) return this.props.children;
    return (
      <section class="panel wide">
        <p class="failed" role="alert">This part of the page failed: {problem}</p>
        <p>The router is not touched by it, and the other tabs go on.</p>
        <p class="buttons">
          <button type="button" onClick={() => this.setState({ problem: null })}>Try again</button>
        </p>
      </section>
    );
  }
}
