// Recent posts of the selected ticker. What they say was written by strangers: it is shown as text.
import * as format from './format';
import { byId, make, setData } from './dom';
import type { Post } from './types';

function makePost(post: Post): HTMLElement {
  const where = [post.source, post.place && `r/${post.place}`, post.author].filter(Boolean);
  const time = make('time', '', format.timeOfDay(post.timeMs)) as HTMLTimeElement;
  time.dateTime = new Date(post.timeMs).toISOString();
  time.title = format.fullTime(post.timeMs);
  const vibe = make('span', 'vibe', format.vibe(post.vibe));
  setData(vibe, 'direction', format.direction(post.vibe));
  const head = make('header', '', vibe, make('span', 'where', where.join(' · ')), time);
  if (post.link) {
    const link = make('a', '', 'open') as HTMLAnchorElement;
    link.href = post.link;
    link.rel = 'noopener noreferrer';
    link.target = '_blank';
    head.append(link);
  }
  const article = make('article', 'post', head, make('p', '', post.text));
  setData(article, 'direction', format.direction(post.vibe));
  return article;
}

export function showPosts(posts: Post[]): void {
  const list = byId('posts');
  const newestFirst = [...posts].sort((a, b) => b.timeMs - a.timeMs);
  const scrolled = list.scrollTop;
  list.replaceChildren(
    ...(newestFirst.length
      ? newestFirst.map(makePost)
      : [make('p', 'empty', 'No posts yet.')]),
  );
  list.scrollTop = scrolled;
}

export function showPostsError(message: string): void {
  byId('posts').replaceChildren(make('p', 'empty', `Posts cannot be loaded: ${message}.`));
}
