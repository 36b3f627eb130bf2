/** The state of the fields: what stands in them, and which faults are shown already. */
import { useEffect, useMemo, useState } from 'react';
import type { Connection } from '../connection.ts';
import {
  type DetailsFaults,
  type DetailsField,
  type DetailsForm,
  faultsOfForm,
  todayOf,
} from './details-form.ts';

/** A fault is named when one pauses, not at the first letter. */
const PAUSE_MS = 600;

export interface DetailsFields {
  form: DetailsForm;
  change: (part: Partial<DetailsForm>) => void;
  /** The fault to be shown at a field now. */
  faultAt: (field: DetailsField) => string | undefined;
  /** The field was left: its fault is shown from now on. */
  leave: (field: DetailsField) => void;
  /** Shows every fault. @returns whether there is none */
  showAll: () => boolean;
  /** Faults that the service found; each goes when its field is changed. */
  tell: (faults: DetailsFaults) => void;
  replace: (form: DetailsForm) => void;
}

export function useDetailsForm(initial: DetailsForm, saved: Connection | undefined): DetailsFields {
  const [form, setForm] = useState(initial);
  const [shown, setShown] = useState<ReadonlySet<DetailsField>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const [pending, setPending] = useState<DetailsField[]>([]);
  const [told, setTold] = useState<DetailsFaults>({});
  const own = useMemo(() => faultsOfForm(form, saved, todayOf(new Date())), [form, saved]);

  useEffect(() => {
    if (pending.length === 0) return;
    const timer = setTimeout(() => {
      setShown((before) => new Set([...before, ...pending]));
      setPending([]);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [pending]);

  return {
    form,
    change: (part) => {
      const changed = Object.keys(part) as DetailsField[];
      setForm((before) => ({ ...before, ...part }));
      setPending((before) => [...new Set([...before, ...changed])]);
      setTold((before) =>
        Object.fromEntries(
          Object.entries(before).filter(([field]) => !changed.some((name) => name === field)),
        ),
      );
    },
    faultAt: (field) => told[field] ?? (showsAll || shown.has(field) ? own[field] : undefined),
    leave: (field) => {
      // Passing through an empty field is no mistake yet.
      if (form[field] !== initial[field]) setShown((before) => new Set([...before, field]));
    },
    showAll: () => {
      setShowsAll(true);
      return Object.keys(own).length === 0;
    },
    tell: setTold,
    replace: (next) => {
      setForm(next);
      setShown(new Set());
      setShowsAll(false);
      setTold({});
    },
  };
}
