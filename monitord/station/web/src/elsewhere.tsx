// A tile that is shown elsewhere than at its own station: of what staff do there are the answers that its suite takes from there.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { who } from "./send_action";
import { tapped } from "./refused";
import { sentence } from "./sentences";
import { ask } from "./sheet";
import type { Alarm, Bed } from "./types";
import { t } from "./words";

export type AnswerWord = "acknowledge" | "accept" | "reject";

export interface Elsewhere {
  bed: Bed;
  /** With which words its suite may be answered from here, by who looks. */
  answers: AnswerWord[];
  /** A sentence where the suite refused it or is out of reach, null where its engine took it. */
  answer: (alarm: Alarm, word: AnswerWord, by: string) => Promise<string | null>;
}

/** Null at the tile's own station. */
export const ShownElsewhere = createContext<Elsewhere | null>(null);
export const useElsewhere = () => useContext(ShownElsewhere);

/** One tap where somebody said who they are, else their name first. */
export function AnswersFromElsewhere({ alarm, from }: { alarm: Alarm; from: Elsewhere }) {
  const tap = (word: AnswerWord) =>
    who.value
      ? void tapped(alarm.bed, alarm.id, from.answer(alarm, word, who.value))
      : ask({
          title: t(`overview.${word}`),
          bed: from.bed,
          text: sentence(alarm),
          done: t(`overview.${word}`),
          timeless: true,
          send: ({ by = "" }) => from.answer(alarm, word, by),
        });
  return (
    <>
      {from.answers.map((word) => (
        <button key={word} class={word === "acknowledge" ? "acknowledge" : "answer"} onClick={() => tap(word)}>
          <span>{t(`overview.${word}`)}</span>
        </button>
      ))}
    </>
  );
}
