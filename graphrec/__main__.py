"""`python -m graphrec`, and `graphrec` once installed: answers from trained models."""

from graphrec.answers.commands import graphrec as main

if __name__ == "__main__":
    main()
