"""Whether a file is an HTML page that is well formed and needs nothing else."""

import html.parser

VOID = {'meta', 'br', 'hr', 'img', 'link', 'input', 'col'}
RESOURCES = {'src', 'href', 'srcset', 'data', 'action', 'poster'}


class _Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.ids = set()
        self.text = ''
        self.problem = None

    def fail(self, what):
        if self.problem is None:
            self.problem = 'line %d: %s' % (self.getpos()[0], what)

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.fail('<%s> has an attribute twice' % tag)
        for name, value in attrs:
            if name in RESOURCES or name.startswith('on'):
                self.fail('<%s> has %s="%s"' % (tag, name, value))
            if name == 'id':
                if value in self.ids:
                    self.fail('two elements have the id "%s"' % value)
                self.ids.add(value)
        if tag in ('script', 'link', 'iframe', 'img', 'object'):
            self.fail('a <%s>' % tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.fail('</%s> where %s is open' % (tag, self.open[-1:]))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == 'style':
            for word in ('url(', '@import'):
                if word in data:
                    self.fail('the style has %s' % word)
        elif self.open:
            self.text += data


def read(path):
    """What is wrong with the page, or None, and its text."""
    try:
        with open(path, encoding='utf-8') as file:
            page = file.read()
    except OSError as error:
        return error.strerror, ''
    checker = _Checker()
    checker.feed(page)
    checker.close()
    if not page.startswith('<!DOCTYPE html>\n<html lang="en">'):
        checker.fail('no doctype or language')
    if checker.open:
        checker.fail('%s never closed' % checker.open)
    if 'color-scheme: light dark' not in page:
        checker.fail('not both light and dark')
    return checker.problem, checker.text
