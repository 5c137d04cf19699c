"""English conditions, what is taken away on them, and threats."""

import re

from shopadmin.domain.wording.english.reading import either

IF = either(
    r"(?:didn't|did not|haven't|have not|hasn't) (?:leav|giv|rat|writ|chang|updat|edit|remov|delet|post)\w{0,4}",
    r"\b(?:if|unless|until|should|in case|without|otherwise|or else|either(?= (?:you|the|your|we|i|it|this|that|a|"
    r"delete|change|remove|they))|as long as|only|those who|"
    r"customers? who|buyers? who|people who|anyone who|"
    r"(?:buyers?|customers?|people|anyone|shoppers?|clients?|accounts?) (?:who|that|with)|"
    r"whoever|for (?:people|buyers|customers|those)|no(?= (?!gift|money|reward|coupon|bonus|refund|discount|"
    r"benefit)(?:\w+ ){0,2}?(?:reviews?|5star|ratings?|feedback|stars|comments?|praise|good|"
    r"positive)\b(?! in our))|keep|leave (?:it|the|your)|not until|before|when|because (?:of|you)|as you|"
    r"given (?:your|that)|since you|while|or(?= (?:no|we|i|your|you|else|lose|forget|the|it|there|say|wait)\b)|"
    r"(?:don't|do not|won't|not) (?:want|feel like|wish|intend|plan|care) to|prefer not to|visible|published|"
    r"with (?:a|such a|that)|"
    r"provided|depends? on|conditional|condition|first|who|by \w+day|so(?= (?:don't|do not|no|you|we|your))|"
    r"not (?:removing|changing|updating|editing|deleting|rating|leaving|giving)|refusing|the moment|still (?:up|"
    r"there|online)|stays?|remains?|refuse to|as soon as|once|after|due to|less than|under|below|bad)\b",
)
HARM = either(
    r"(?:doesn't|don't|does not|do not|won't|will not|no longer) (?:apply|count|hold|extend)\b",
    r"(?:not|n't|never)(?: \w+)? (?:receive|see|get|have|obtain) (?:\w+ ){0,3}?(?:refunds?|money|replacements?|"
    r"compensation|help|support|voucher|coupon|anything|cent|penny|discount|reply)\b",
    r"not (?:while|as long as|so long as|with (?:a|that|this|your)|until|if|when)\b|(?:refund|money|parcel|"
    r"replacement|repair|payment|button|compensation|voucher|"
    r"case|claim|return|exchange|order|help)s?(?: \w+){0,3} only (?:be|get|happen|start|come|follow|go|move|leave|"
    r"ship)",
    r"on hold\b|in limbo|(?:don't|do not|can't|cannot|never|won't) (?:you )?(?:expect|count on|hope for|wait for|"
    r"ask (?:us )?for|bother|"
    r"come (?:to|back))\b|(?:be|get|are|is|been) (?:charged|billed|invoiced|barred|banned|excluded|removed|kicked|"
    r"downgraded|"
    r"skipped|ignored)|(?:charge|bill|invoice|deduct|claw back|take back|reclaim)(?:s|ing|ed)? (?:you|the|your|it|"
    r"from)\b|not "
    r"(?:before|earlier|sooner)|only then|until then|"
    r"(?:support|refunds?|help|service|warranty|discounts?|coupons?|gifts?|replacements?|repairs?) (?:is|"
    r"are) (?:only |just |reserved |"
    r"meant |there )?for (?:customers|people|buyers|those|happy|friendly|loyal|nice|fair|5star)",
    r"(?:not|n't|never|unable to|no longer|refuse to)(?: (?:be able|able|going|willing|to|can|will|even|we|"
    r"i))* (?:look into|deal with|"
    r"handle|consider|discuss|open|talk|work on|touch|move on|lift a finger|start|do a thing|read)\b",
    r"(?:refunds?|help|replacement|money|payment|parcel|compensation|voucher|coupon|repair|warranty) (?:doesn't|"
    r"does not|don't|do not|didn't)(?! (?:depend|hinge|affect|require|change|matter|come with|rest))|"
    r"(?:refunds?|help|replacement|money|payment|parcel|compensation|voucher|coupon|repair|"
    r"warranty) (?:stays? away|goes (?:away|too)|(?:is|are) (?:off|out|history|toast|void|dead|past))\b",
    r"(?:refunds?|warranty|coupon|voucher|order|account|case|claim|compensation|replacement|return|discount|"
    r"envelope|support|help|service|offer|credit|"
    r"guarantee|repair|deal|shipment|parcel|money|gift|points|membership|benefits?|payment|dispute|ticket|"
    r"request)s?(?: \w+){0,6}? "
    r"(?:cancell?ed|void|voided|block(?:ed)?|closed?|lost|rejected|refused|denied|withdrawn|forfeit\w*|"
    r"off the table|not (?:go|be|happen|valid|apply|possible)|on hold|"
    r"expires?|frozen|gone|stop(?:s|ped)?|declined|revoked|suspended|over|ends?|stays? (?:with us|here|locked)|"
    r"impossible|disappear\w*|dropped|terminated|held|withheld|"
    r"won't|cannot|can't|will not|isn't|is not|wait|waits|delayed|paused|slow\w*|last|nowhere)\b",
    r"\b(?:cancel|void|block|close|lose|lost|forfeit|reject|refuse|deny|denied|decline|revoke|suspend|ban|"
    r"blacklist|withhold|withheld|terminate|stop|freeze|frozen|withdraw|withdrawn|withdrew|hold back|keep|forget)"
    r"(?:s|ed|d|ing|led|ling|ned|ped|ping)?(?: (?!review|rating|feedback|comment)\w+){0,4}? (?:refunds?|warranty|"
    r"coupons?|orders?|account|case|claim|compensation|replacement|returns?|discounts?|envelopes?|support|service|"
    r"offer|credit|guarantee|repair|deal|shipment|parcel|money|you|gift|points|membership|payment|buyers?|"
    r"customers?|everything|help|exchange)\b",
    r"(?:not|n't|never|unable to|no longer|refuse to|decline to|stop|nothing|cannot|hesitate to|"
    r"neither)(?: (?:expect|count on|hope for|any|be|able|going|willing|to|in|a|position|go|ahead|any|more|even|"
    r"be able|ever|obliged|feel|we|i|can|will))*"
    r" ?(?:refund|help|ship|send|replace|process|continue|honou?r|give|giving|support|compensat|repair|go ahead|"
    r"proceed|offer|answer|respond|pay|accept|serve|release|approve|"
    r"reimburse|assist|deliver|get(?:s)? (?:\w+ )?(?:back|refund|any)|issue|deal|move forward|sell|back from|"
    r"qualif\w+|eligible|entitled|return|exchange|fix|cover|provide|take (?:it|the|your|any)|do anything|"
    r"happen)\w{0,4}",
    r"\bno (?:\w+ )?(?:refunds?|exchanges|replacements|repairs|coupons|returns|gifts|envelope|coupon|replacement|"
    r"warranty|compensation|gift|help|money|discount|deal|reward|"
    r"voucher|support|exchange|return|repair|credit|cash|bonus|service|shipping|more)\b",
    r"nothing (?:back|from us|at all|for you|more)|get(?:s)? nothing|back of the (?:queue|line)|wait (?:even |"
    r"much )?longer|at your own (?:cost|expense)|pay (?:for )?(?:the )?(?:return|shipping|postage|freight)"
    r" (?:yourself|on your own)|yourself pay|never (?:sell|buy|shop)|not welcome|(?:excluded|exempt|barred|"
    r"ineligible|left out|out of luck|kicked out)|don'?t (?:qualify|count|get)|does not (?:qualify|get)|"
    r"for (?:5star|happy) (?:\w+ )?only|"
    r"only (?:continue|go on|honou?r|give|process|offer|ship|help|replace|accept|refund|repair|serve|support|"
    r"approve|release|send|"
    r"pay)\w{0,3}|only (?:for|to|when|if|after|once|goes to|available)",
)
# Before a threat that is none. "We will not hesitate" is one.
DENIED = re.compile(
    r"(?:\b(?:we|i|nobody|no one|shop|store|seller)\b(?: (?:will|would|do|shall|can|could))? ?(?:never|not|n't|"
    r"won't|wouldn't|don't|cannot|can't)|"
    r"\b(?:nobody|no one)\b(?: \w+)?|\bwon't|wouldn't)(?! (?:hesitate|be afraid|rest|wait|stop|think twice|"
    r"tolerate|accept|let))(?: \w+){0,3} ?$"
)
THREAT = either(
    r"every(?:body|one) (?:will |can |is going to |would )?(?:see|know|read|learn)s? (?:about )?(?:your|who|what)\b",
    r"\b(?:i|we) know (?:which|what|where|who)(?: \w+){0,3} (?:kids?|children|school|wife|husband|family|work|"
    r"live)\b|make (?:your|his|her) (?:\w+ )?(?:public|known)|list of (?:\w+ )?(?:reviewers|"
    r"buyers|customers|complainers)|(?:have|got|know) (?:all )?your (?:details|data|info|"
    r"information)(?= and (?:we|i)\b|, so)",
    r"every(?:one|body) (?:to )?(?:know|see|have|find|learn)s? (?:your|who|where)|(?:wall|hall) of shame|"
    r"(?:inform|instruct|call|contact|consult|hir|brief|engag|alert|involv)"
    r"(?:e|ed|ing)? (?:our|my|a|the) (?:lawyers?|attorneys?|solicitors?|legal|police|authorities)|(?:reviews?|"
    r"comments?|lies|lying)(?: \w+){0,3} (?:a crime|criminal|"
    r"illegal|punishable|against the law|offence|fraud)|(?:pass|hand|forward|giv)(?:e|ed|ing|"
    r"en)? (?:\w+ )?your (?:\w+ )?(?:details|data|name|address|file|order|"
    r"information)(?: \w+)? (?:on )?to (?:our |the |my |a )?(?:legal|lawyers?|"
    r"police|attorney|solicitor|debt|collection)",
    r"(?:go|going|goes|off) to court\b",
    r"(?:publish|leak|releas|post|upload|shar)(?:e|es|ed|ing|s)? (?:our|this|your|all|every|"
    r"the)(?: [\w']+){0,2}? (?:chats?|"
    r"conversations?|messages|emails?|correspondence|calls?|recordings?|chat history|"
    r"dms)\b(?! hours)(?: (?:with you|online|for all|so everyone|to everyone|"
    r"in public|publicly|here|on)|,| if| so| unless|$|[.!])",
    r"(?:fil|bring|brought|start|open|prepar|lodg|draft)(?:e|es|ed|ing|s)? (?:a |an |the |our |for |formal |"
    r"legal )*(?:law)?(?:suit|"
    r"case|claim|action|complaint|charges?|proceedings|papers)?s? ?(?:against|over) (?:you|him|her|this|"
    r"the (?:buyer|reviewer|customer)|"
    r"\w+ (?:reviewers?|customers?|buyers?)|people|reviewers|anyone|customers|buyers)|you(?:'re| are| will be|"
    r"'ll be) next\b",
    r"your (?:boss|employer|neighbou?rs?|family|friends|colleagues|wife|husband|school|parents|landlord|company|"
    r"workplace|spouse|"
    r"partner|kids|mother)(?: \w+)? (?:gets?|receives?|hears?|finds? out|knows?|learns?|reads?|sees?)\b",
    r"your (?:\w+,? (?:and )?){0,3}?(?:name|photo|number|address|details|face|data|picture|phone|profile|chat|"
    r"messages)s? (?:is|are|"
    r"will|goes?|going|ends?|could|might|gets?|lands?|would)(?: \w+){0,5} (?:forums?|online|internet|facebook|"
    r"public|everywhere|groups?|"
    r"web|social media|everyone|twitter|all to see|reddit|blog)\b",
    r"report(?:ed|ing|s)? (?:\w+ )?(?:reviewers?|liars?|customers?|buyers?|people) (?:like|such as)|"
    r"report (?:this|it) to (?:the )?(?:police|"
    r"authorities)|(?:shame|pity) if|(?:know|remember|recognise|recognize) (?:your|where your) (?:face|kids|"
    r"children|street|house|car|door)|"
    r"accidents? (?:happen|can happen)|people (?:like you|who lie)(?: \w+){0,3} (?:pay|sorry|regret|court|jail|list)|"
    r"(?:put|get|land) you in (?:jail|prison|court)|(?:in|to|into) jail\b",
    r"\b(?:sue|suing|sued) (?:you|him|her|this|the (?:buyer|customer|reviewer)|for(?! peace)|anyone|them|people|over)|"
    r"(?:take|taking|took|see|drag|haul|bring) (?:you|this|him|her|this (?:\w+ )?|it) (?:\w+ )?(?:to|in|into|"
    r"before) (?:a |the )?(?:court|judge|lawyers?|police)"
    r"|see you in court|meet in court|in front of a judge|before a judge|court (?:date|summons|papers|"
    r"case against)|small claims",
    r"legal (?:action|proceedings|steps|team|consequences|letter|department|measures)(?! (?:size|paper|pad|"
    r"guarantee))|law ?suit|press charges|file (?:a )?(?:charges|criminal|police)|cease and desist|"
    r"criminal (?:complaint|charges)",
    r"(?:lawyers?|attorneys?|solicitors?|barrister|advocate)(?: \w+){0,4} (?:you|contact|letter|review\b|touch|knock|"
    r"hear|write|writing|call|informed|your|case|comment|busy|copy|waiting)|(?:hear|letter|call|hearing|mail|visit|"
    r"papers) from (?:our|my) (?:lawyer|solicitor|attorney|legal)|(?:our|my) (?:lawyer|attorney|"
    r"solicitor)s? (?:will|is|are|has|have|would|says?|already|and|know|team|can|may)\b(?!.{0,40}(?:contract|lease|"
    r"terms|patent|import|rental|policy|agreement|shop name))|'ll hear from (?:our|my)",
    r"report(?:ed|ing)? (?:you|your account|this buyer|him|her)|police(?: \w+){0,5} (?:you|your|blackmail|review|"
    r"slander)|call(?:ing)? the police|(?:go|going) to the police|blackmail|extortion",
    r"(?:expos(?:e|es|ed|ing)|name and shame|naming and shaming|shame) (?:you|your|him|her|this (?:buyer|person|"
    r"scammer|customer|liar)|people like you|who you)|everyone (?:should|will|shall|must) (?:know|"
    r"see)(?: \w+)? (?:who|what kind|your)|name and all",
    r"(?:put|place|land|end up|added?|go|goes|going)(?: \w+){0,3} (?:on|to|onto) (?:our|the|a|my|every|"
    r"an?) (?:\w+ )?(?:black ?list|scammer list|list of (?:bad|scam|problem))|black ?list(?:ed|ing)? (?:you|your)|"
    r"blacklist(?:ed)?",
    r"(?:publish|leak)(?:es|ed|ing)?(?: \w+){0,6} your\b|(?:post|publish|share|sharing|sell|leak|spread|put|print|"
    r"upload|hand|pass|show|send|giv)(?:e|es|ing|s)?(?: \w+){0,3} (?:your|his|her)(?: \w+)? (?:name|address|"
    r"details|phone|number|photo|picture|data|face|private|info|information|identity|messages|chat|profile|"
    r"mail)(?: \w+){0,4} (?:online|public|facebook|internet|everyone|here|group|forum|page|sellers|web|web ?site|"
    r"social|twitter|world|strangers|everywhere|media|below)",
    r"(?:tell|inform|call|write to|contact|message|phone|email|let|show|ask|telling|informing|calling|writing to|"
    r"contacting|messaging|phoning|emailing|showing) (?:your|his|her) (?:employer|boss|"
    r"wife|husband|family|neighbou?rs?|school|parents|company|mother|friends|workplace|colleagues|landlord|bank|"
    r"spouse|work)",
    r"we know (?:exactly |just |very well |well )?(?:where|who) you|(?:all|every bit of) your (?:data|details|"
    r"info)|(?:lives?|living|friends?|people|"
    r"cousin|brother|guys) (?:\w+ )?(?:in|on|near|around) your (?:street|town|city|area|block|village)|"
    r"get(?:ting)? an? (?:\w+ )?visit|know(?:s)? where you (?:live|work)|i know your (?:address|house|street|name)|"
    r"(?:have|got|kept|saved) your (?:home )?(?:address|name and address|number|photo)(?!\s*(?:wrong|on file))|"
    r"(?:found|find|finding|track(?:ed|ing)?|hunt) (?:you down|you at home|your (?:facebook|house|home|profile)|"
    r"out who you)",
    r"(?:will|'ll|going to|gonna|shall|would|may|might|could|be) (?:\w+ )?(?:regret|be sorry|pay for (?:this|it|"
    r"that)|suffer|come after you|come for you|ruin|destroy|hunt|haunt|make (?:your life|you (?:pay|suffer|sorry|"
    r"regret)))|live to regret|you'?ll regret|watch (?:your (?:back|step|mouth)|out)|be careful what you|"
    r"better be careful|think (?:twice|again|carefully) (?:about|before)|"
    r"or else\b|expect (?:our |a |the )?(?:lawyers?|court|police)|find(?:ing)? out where you|"
    r"bad things (?:will )?happen|(?:bring|file|open|start|raise) (?:a |an )?(?:claim|case|suit|action|"
    r"complaint) (?:for damages )?against|claim (?:for )?damages|damages (?:from|against) you|your account (?:will|"
    r"is going to|gets?) (?:be )?(?:closed|banned|blocked|suspended|reported)|people who complain|last (?:warning|"
    r"chance)|final warning|(?:face|there will be|expect|suffer|bear|know) (?:the |serious |some )?consequences|"
    r"don'?t say (?:i|we) didn'?t warn|you have been warned|you'?ve been warned|consider (?:this|yourself) (?:a |"
    r"your )?warn|mark my words|you will see what|we will see (?:about|who)",
    r"(?:come|coming|visit|show up|drop by|send (?:someone|somebody|people|a friend|my)|be standing|stand|turn up|"
    r"drive|knock\w*)(?: \w+){0,5} (?:your (?:house|home|door|place|work|office|doorstep|street|address|flat)|"
    r"you at home)|pay you a visit|"
    r"call(?:ing)? you (?:every|day and night|all|non-?stop|until|ten|a hundred|hourly)|ring you (?:every|until|"
    r"day|all)|(?:keep|won't stop) (?:calling|ringing|messaging|phoning|writing|texting) (?:you|until|every)|"
    r"(?:flood|spam|bomb|bombard) (?:you|your)",
    r"\b(?:slander|libel|defam)\w*",
    r"(?:leave|write|give|post)(?: \w+){0,3} (?:bad|negative|1star)(?: \w+){0,2} (?:about|for|on|to) (?:you\b|"
    r"your (?:shop|business|profile|company|account))|\brat(?:e|ing) you\b|bad buyer|expect (?:a |our |"
    r"some )?(?:call|visit|letter|guests?|knock)|(?:at|to|in front of) your (?:workplace|work|office|door|doorstep|"
    r"job)\b|(?:no|every|other|all) (?:\w+ )?(?:shop|seller|store)s?(?: \w+){0,4} (?:sells?|selling|serves?|"
    r"warn\w*|know)\b|(?:warn|tell|inform)(?:ing)? (?:all |every |other |the )+(?:shops?|sellers?|stores?)\b|"
    r"(?:delete|remove|change|edit|fix|withdraw|down|erase)(?: (?:it|this|that|the|your|review|comment|rating|now|"
    r"today)){0,4},? or (?:your|we|i|you|else|face|my|our)\b|(?:to|with|by|through) (?:my|our) (?:lawyer|attorney|"
    r"solicitor|legal team)|\bin court\b|know your (?:full )?(?:name|school|house|family|employer|workplace)|"
    r"your (?:neighbou?rs?|boss|family|friends|colleagues|employer|wife|husband|school) (?:will|should|might|"
    r"would)|make you famous|two can play|tit for tat|get (?:back at|"
    r"even with) you|revenge|retaliat\w*|return the favou?r with|mess with (?:us|me)|hurt you|beat you|"
    r"teach you a lesson|wait and see what happens|something (?:bad )?(?:might|may|could|will) happen to",
)
